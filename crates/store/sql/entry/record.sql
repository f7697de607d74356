-- Makes an entry what it is after an event.
INSERT INTO entry (register, entry_id, sequence, body, partner_id, tenant_id, subscription_id, person_id, state, scope)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (register, entry_id) DO UPDATE SET
    sequence = excluded.sequence,
    body = excluded.body,
    partner_id = excluded.partner_id,
    tenant_id = excluded.tenant_id,
    subscription_id = excluded.subscription_id,
    person_id = excluded.person_id,
    state = excluded.state,
    scope = excluded.scope

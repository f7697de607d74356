-- A code is taken once: later ones only from now on.
UPDATE account SET code_step = $2 WHERE user_id = $1 AND code_step < $2

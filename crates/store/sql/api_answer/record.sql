-- Keeps an answer.
INSERT INTO api_answer (actor, answer_key, asked, answered_at, body) VALUES ($1, $2, $3, $4, $5)

-- Which of the workers that share the journal has taken the attempt; '' while none has.
ALTER TABLE attempts ADD COLUMN worker TEXT NOT NULL DEFAULT '';

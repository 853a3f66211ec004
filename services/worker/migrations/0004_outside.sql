-- Where the server can be reached and what reports complain of: JSON {addresses: [], complaints: []}. NULL: nothing was said of it.
ALTER TABLE attempts ADD COLUMN outside TEXT;

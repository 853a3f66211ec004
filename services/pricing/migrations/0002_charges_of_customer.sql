CREATE INDEX charges_of_customer ON charges (customer, charge_id);

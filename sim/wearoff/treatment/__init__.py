"""The treatment: products, muscles and the schedule of visits."""

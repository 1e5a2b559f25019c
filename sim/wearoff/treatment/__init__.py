"""What is given: products, muscles and the schedule of visits."""

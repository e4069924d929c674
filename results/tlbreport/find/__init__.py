"""What follows from rows: break-evens, knees, capacities, crossings, rankings."""

"""What applicants see after the decision."""

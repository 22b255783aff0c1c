"""The public frame of the portal: its texts, its error pages, its state of health."""

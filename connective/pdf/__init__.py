"""Documents of the portal as PDF: fonts, the layout engine, and where the lines of a layout lie."""

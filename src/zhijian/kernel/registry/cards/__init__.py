"""Cards with the codes of doors (一店一码): for an area, street by street, to be cut and handed out."""

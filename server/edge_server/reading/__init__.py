"""Reading the text of a photo: geometry and decoding in numpy and OpenCV, no framework."""

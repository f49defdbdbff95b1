"""Who plays: compiled dynamics, images, environments stepped one by one, and the reference."""

"""C for computers down to microcontrollers: floating and fixed point, and the memory it takes."""

// Package scaling measures how the time of a step of SGD and the memory that it needs
// grow with the dimension, with the number of outputs and with that of threads, and fits
// powers to them, one for each stretch between the ends of the caches.
package scaling

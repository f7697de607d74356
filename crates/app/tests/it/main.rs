//! What the program does, seen from outside.

mod demo;

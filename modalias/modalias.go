// Package modalias matches the device strings of Linux ("modalias") against
// the alias patterns that kernel modules carry.
package modalias

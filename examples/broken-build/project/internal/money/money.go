// Package money adds up amounts.
package money

// Cents is an amount in the smallest unit.
type Cents int64

// Sum adds amounts.
func Sum(amounts ...Cents) Cents {
	var sum Cents
	for _, a := range amounts {
		sum += a
	}
	return sum
}

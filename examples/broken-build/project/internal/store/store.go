// Package store keeps orders.
package store

import (
	"errors"

	"example.com/lib/retry"
	"example.com/orders/internal/money"
)

// ErrNoID is returned for an order without an id.
var ErrNoID = errors.New("order without id")

// Order is one order.
type Order struct {
	ID    string
	Total money.Cents
}

// Load finds an order, trying three times.
func Load(id string) (order Order, err error) {
	if id == "" {
		return Order{}, ErrNoID
	}
	err = retry.Do(3, func() error {
		order = Order{ID: id, Total: money.Sum(1, 2)}
		return nil
	})
	return order, err
}

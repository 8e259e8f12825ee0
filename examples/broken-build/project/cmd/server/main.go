package main

import (
	"fmt"

	"example.com/orders/internal/store"
)

func main() {
	order, err := store.Load("4711")
	fmt.Println(order, err)
}

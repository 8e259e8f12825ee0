module example.com/orders

go 1.19

require example.com/lib/retry v1.3.0

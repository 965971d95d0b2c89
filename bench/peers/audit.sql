-- How many orders there are, how many of them lack something, and how many pieces left the stock without an order.
SELECT (SELECT count(*) FROM orders),
       (SELECT count(*) FROM orders WHERE NOT EXISTS (SELECT 1 FROM order_line WHERE order_id = orders.id)
            OR NOT EXISTS (SELECT 1 FROM order_history WHERE order_id = orders.id))
           + abs((SELECT count(*) FROM orders) - (SELECT count(DISTINCT order_id) FROM idempotency_key)),
       (SELECT coalesce(sum(received - available), 0) FROM stock) - (SELECT coalesce(sum(quantity), 0) FROM order_line)

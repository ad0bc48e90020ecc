"""umot: reviews and social posts, their sentiment, and the customer journey behind them."""

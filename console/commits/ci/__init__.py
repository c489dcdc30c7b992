"""What tests said of commits, by whoever ran them."""

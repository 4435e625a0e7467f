"""What is measured in this project's own environment, a program each; `bench.contestants` starts them."""

"""What is measured in environments of their own. These programs know of this project no more than `bench.task`."""

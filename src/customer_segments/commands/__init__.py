"""What the console command runs."""

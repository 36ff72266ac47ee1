"""What is kept between runs under `.integrity/`, beside the envs."""

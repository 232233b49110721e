"""How people reach the turn. Each channel speaks its own protocol and nothing else."""

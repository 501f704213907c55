"""What the gateway signs and seals with: its keys, and the tokens that it has called back."""

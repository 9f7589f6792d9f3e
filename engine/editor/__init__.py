"""What editors ask: findings while somebody types, completion, hover, definitions. `engine lsp` speaks the protocol."""

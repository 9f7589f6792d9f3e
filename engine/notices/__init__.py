"""How people of teams are told, beside the ticketing platform: by mail, and by a chat's incoming webhook."""

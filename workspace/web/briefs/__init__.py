"""Progress briefs and élus' questions, as the team writes, publishes and answers them."""

"""What a person is told: the list, the count, opening one."""

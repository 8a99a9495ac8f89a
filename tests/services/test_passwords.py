"""What is kept of a password costs whoever stole it."""

from argon2 import PasswordHasher


def test_hashes_take_the_memory_and_the_time_that_are_recommended(real_hasher: PasswordHasher) -> None:
    assert real_hasher.hash("une phrase bien à moi").startswith("$argon2id$v=19$m=19456,t=2,p=1$")

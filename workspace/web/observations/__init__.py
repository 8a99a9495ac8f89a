"""What an élu reads of the projects they observe, and the question they may ask."""

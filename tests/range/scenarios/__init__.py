"""What is played on the stage: one module per recording, and the pieces they share."""

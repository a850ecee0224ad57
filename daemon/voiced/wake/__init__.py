"""What makes the assistant listen: a trained wake word, a spotted phrase, any speech, or a button."""

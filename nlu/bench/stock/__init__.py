"""Stock Rasa with its usual Chinese pipeline, measured beside ours in the same run."""

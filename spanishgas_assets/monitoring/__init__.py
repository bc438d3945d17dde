"""Whether the data and the scores still look like those the model was trained on."""

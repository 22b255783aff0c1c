"""From the score to the follow-up: score -> rank -> shortlist -> vote -> decide -> notify."""

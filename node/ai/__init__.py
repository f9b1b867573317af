"""AI participants: what a model is told, who answers, and the providers which generate the answers (S35-S41)."""

"""What reads text: the bundled encoder, other transformers, language, spans and stage tracing."""

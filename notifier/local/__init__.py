"""What a laptop needs: a Postgres, a broker and a SendGrid stand-in under `NOTIFIER_HOME`, and the demo."""

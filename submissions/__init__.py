"""From the call to the receipt: call -> draft -> measure -> submit -> receipt."""

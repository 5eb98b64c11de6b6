"""What is known of single languages, as data: ``rules`` says what can be said of one, ``registry`` has all of them."""

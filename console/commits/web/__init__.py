"""How servers of commits and of their tests are asked: politely, once, and with a memory."""

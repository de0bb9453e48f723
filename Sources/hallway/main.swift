print("hallway")

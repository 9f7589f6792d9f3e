"""What a customer writes that no step waits for: each meaning does what it says, once. Through real tickets."""

"""What partitions of simple subjects share: procedures (thủ tục hành chính), petitions (phản ánh kiến nghị)."""

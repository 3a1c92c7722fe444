// Command ezlogs turns application logs into universal events and flows.
package main

func main() {}

// The node agent, packed by scripts/pack-agent.ts and never edited by hand: compressed with gzip
// and written in base64, because start scripts are short and hold text only.

/** A function, so that bundles which start no instance leave it out. */
export const packedAgent = (): string =>
  [
    'H4sIAAAAAAACA21WbW/bthb+zl9xxjGJlIhWnK7DKk8D2sVYe1vERdMBd7BSg7GOLS0SqZJUXF9H//2ClOwlWeE45svh',
    'w/PynHNo0ALnwHZ/fPxzcf129vHj9NPianY5XVxPf59dXV4n/OdzGP9y3v87h5/dX0fwHvU2ZWMwZYVyiSm7ANVascaU',
    'vYC1Fm7pJzCN0Jiyl6RQxqZPb3k7u/68eD/9K+Ex2mVsTOG+Cye5wPzi5cvxq8UdbkdNe9sRlHkp188QZleL6dXlu6s/',
    'Eh5rpWysJO8FR6boiGzrW9QpC3JhEc6OTEhsubwLQtgRjSIHrkGqDSzg17jRahm3jS1rJFJtUraTanM0Ou1IR5aiqvwh',
    '0doipa9bWyhd/k/YUskE3qDQqIFdUFKuYKnqWsgc+D0sW13Bb3GO97Fsq2oCtkBJ3A2qtXBx3gvwlbkG/hYoc+gU2O5F',
    'csbzDqgbcf7fy+mH6edpR4GyMSVYGXyMsVm7AH6dceC8QJGjPiBRzj1Yo4zlubAi7TxkjbZQefoUd1WSjpi69HY+wpf3',
    'ZV4KbuoSOP/aot7yddOm7gxwvlK6FjZdmvtIqv76SKpWltaQjqzE0hoPeIfblAUGc+ASTsYmntMsu4nj9WRs4tFpTI9p',
    '3JwAZS74NCS4LBTQjHqEjCa7jBpTvFXGvsdtRhO2u8Ntwp1bO+rUhqVqpY1yXd6jXtyjNqWSkRQ1wgN5dG8WzM/5q5vT',
    'LIwgC0aPfuOIrpv2dwdDk2wc0R6LJjS7oH7vStTopi+crr2KXeTMLLHKvZn3omoxZTuNTbX98ZRmlI0zmtDusON/j47m',
    'P3gtHLkKFNreorAe4UDZoB/BGYzDEEqZnrv0Ss/h7rYxqTOcrJvWOK/WJbS2rAZCjtZNG9VYK70dtQbz/dgqK6rIYt2g',
    'FrbV6AUbtUE9yrXYPPKTiedfopvT+Rd+zl+NIrjxU0/ieD0x8Zcs8CtRFma7n7LOT1g8P76J4uYkJJuirBAOGeaCoL/B',
    '4snHfoPFBHJFlsIgMC9USlKpJITJhJwm3mgWBKWEM9DfwtDbz4LAEfMMrFuZTAgasSS5krjPYYnWpRyZuwRyGZdwJtWm',
    'o8ArC9SNKdzA8XHvSRYMVzhYDqatQ4hhfPESYghcceA+bcMwJKatDwqp1oah30kdIjF9Ge1V6ClGPAtSFrjyAZT9q8D+',
    '+ekDfbb+Yfr6err4PHs/vaJAdxntWeAY348iFnjLhDQb1Jg7Ux4ewOcJCTNqscIard72SeMoktFkznZudBR1N1FGnY5o',
    'DLod9mOUUf3tzdb201JGGbX/zFVro4xkVKLdKH33/rbxy851UUb7enmNSyVzvx4MLjNWaBuGUUb/Vrfv8owm2VND/zN7',
    's3h3mdGuo+FAAe8ux4HTE7oUWm9nkiZWt3hyGpK9vd7b//ScvuP0GQim1+MDrqxrF+mgzRkMaZdwNhzswnA449vYYMC+',
    'p+2lXZtzVHykzkpUxukDxqomHR8I6IqALE3hc9jFp58e4jOHH4CvgLK+Ow2r+zLLDbwCynyvpGCKR3LHZI+Ujknn2xfx',
    'zu0dkbui4vj3vO08PAydgRdYNXDx2/EYHmCtsQH+FTgCH9oAPDyQHYjGcifeNr5VHh8fVkpprOMv33rgCXQOWzR3IPLc',
    'L5FW2rKCuTNjKOB7o5/zAfga3QPixme+qRAbGPdGuRQeCodzFmXOw3SQnO/ztk/hvMXhih0cyuekd8Y+5j6WYTiBjlTC',
    '+MLBdnsWOSY4jTo423MpDPuKgdLtuiOHiuEmQ8nooVDmT1ViQeB2nKEuhmE4ZKUP3fdFz/o30l70VqO4+45HBoiNKO3g',
    'Hd931k3LTaGaBjWgzA3YojR9rOQSvc/KFcyfVZfL6fXnT7O/3JvLe9a/R75TnfZy3ylQjyH6t4jvIGq1IqvSGfIv9ZZC',
    'SmWdlk+VHIylzEeK9ub+H2fDeIuOCgAA',
  ].join('');
